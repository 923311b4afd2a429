sbatch --parsable --job-name=t.k1 --output=/dev/null --error=/dev/null --chdir=/ --partition=nope   # a two line script on stdin
