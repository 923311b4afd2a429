squeue -h -t all -j 145 -o %i\|%A\|%T 
