squeue --json -t all -j 137 
