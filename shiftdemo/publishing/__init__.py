"""What leaves the house: arms as zips and hub repositories, data sets, and their cards."""
