sacct 
