squeue -h -t all -o %i\|%F\|%K\|%A\|%T\|%t\|%r\|%j\|%u\|%P\|%S\|%e\|%V\|%l\|%L\|%M\|%C\|%D\|%N\|%R 
