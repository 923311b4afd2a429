sbatch --parsable --job-name=t.k1 --output=/dev/null --error=/dev/null --chdir=/ --array=0-999999   # a two line script on stdin
