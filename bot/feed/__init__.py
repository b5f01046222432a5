"""One file becomes an Article, or an error that names file and reason. Records nothing.

folder         lists files with the stamps that tell a change
patterns       which files are articles: no dotfiles, no temporary files
watch          what the system reports of changes
mounts         whether the system reports every change there
reading        reads many files, on all cores
document       one file becomes an Article
front_matter   front matter becomes plain values
yaml_values    the events of a YAML parser become plain values
plain          a fast parser for the plain subset of YAML
fields         plain values become an Article; the keys of every field
values         one value becomes a number, a date, yes or no, words
images         which image a post shows
markup         takes HTML out of words
warnings       what is wrong with fields that could not be read
"""
