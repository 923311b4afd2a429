squeue -h -t all -o %i\|%T\|%t\|%r -j 136 
