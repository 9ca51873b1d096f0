"""What follows an approval outside this database. Here a delivery is promised; calling it comes after the commit."""
