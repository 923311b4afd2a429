squeue -h -t all -j 88 -o %i\|%A\|%T 
