sbatch --parsable /nonexistent.sh 
