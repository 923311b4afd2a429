sbatch --parsable -A nope --wrap true 
