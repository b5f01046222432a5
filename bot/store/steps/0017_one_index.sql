-- The index of step 0001 answers searches only while that of step 0012 is being built.
DROP TRIGGER articles_searched_anew;
DROP TABLE articles_fts;
