"""The AWS resources of TasteTrend ETL."""
