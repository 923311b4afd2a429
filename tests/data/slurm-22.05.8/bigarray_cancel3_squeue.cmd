squeue -h -t all -j 87 -o %i\|%A\|%T 
