squeue --json -t all -j 152\,153 
