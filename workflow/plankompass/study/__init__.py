"""What a study is made of: configuration, codebook, municipality register and problems found."""
