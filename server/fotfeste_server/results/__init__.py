"""Results: sums of released blocks, told with words, plots and workbooks. Nothing here can reach an answer."""
