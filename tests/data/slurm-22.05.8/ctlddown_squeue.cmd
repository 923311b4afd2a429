squeue -h -o %i\|%T\|%r 
