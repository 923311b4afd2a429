squeue --json -t all -j 76 
