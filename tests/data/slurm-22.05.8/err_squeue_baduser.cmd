squeue -u nosuchuser 
