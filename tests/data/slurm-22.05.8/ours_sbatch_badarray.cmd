sbatch --parsable --job-name=t.k1 --output=/dev/null --error=/dev/null --chdir=/ --array=5-1   # a two line script on stdin
