squeue --json=v0.0.42+complex -t all -j 74 
