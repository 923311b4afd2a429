sbatch --parsable -d afterok:99999999 --wrap true 
