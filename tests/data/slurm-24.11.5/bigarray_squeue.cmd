squeue -h -j 145 -o %i\|%K\|%T 
