timeout 60 sbatch --parsable -H --wrap true 
