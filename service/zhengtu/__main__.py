"""`python -m zhengtu`."""

from zhengtu.cli import main

main()
