sbatch --parsable empty.sh 
