sbatch --parsable -M fmt -o /dev/null --wrap true 
