"""The functions' two managed layers; without the CDK, for the commands that check them."""

# A layer's number differs by region, so its ARN is looked up when the stack is deployed.
LAYER_PARAMETERS = {
    "SdkForPandas": "/aws/service/aws-sdk-pandas/3.17.0/py3.11/x86_64/layer-arn",
    "Powertools": "/aws/service/powertools/python/x86_64/python3.11/3.37.0",
}
