squeue --json -t all -j 134 
