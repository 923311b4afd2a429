squeue --json -t all -j 135 
