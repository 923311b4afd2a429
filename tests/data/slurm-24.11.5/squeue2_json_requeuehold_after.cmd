squeue --json -t all -j 136 
