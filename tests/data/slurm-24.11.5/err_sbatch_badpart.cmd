sbatch --parsable -p nopart --wrap true 
