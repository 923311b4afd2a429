squeue --json -t all -j 94\,95 
