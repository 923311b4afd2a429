sbatch --parsable --job-name=t.k1 --output=/dev/null --error=/dev/null --chdir=/ --constraint=nope   # a two line script on stdin
