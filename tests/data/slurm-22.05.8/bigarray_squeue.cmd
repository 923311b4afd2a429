squeue -h -j 87 -o %i\|%K\|%T 
