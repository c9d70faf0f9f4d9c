"""SQL on the curated data: Glue's database with tables and views, and Athena's workgroup."""

import base64
import json

from aws_cdk import Aws
from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue
from aws_cdk import aws_kms as kms
from constructs import Construct

from tastetrend_stack.curated_tables import TABLES, VIEWS, Columns, Table, View
from tastetrend_stack.environments import Environment

_MAX_SCANNED_BYTES = 10 << 30  # of a query: 5 cents
_PARQUET = "org.apache.hadoop.hive.ql.io.parquet"

_Storage = glue.CfnTable.StorageDescriptorProperty
_Serde = glue.CfnTable.SerdeInfoProperty
_Input = glue.CfnTable.TableInputProperty


class Queries(Construct):
    """Database, tables, views and workgroup; the curated objects themselves belong to the function."""

    def __init__(
        self, scope: Construct, construct_id: str, *, environment: Environment, key: kms.IKey | None
    ) -> None:
        super().__init__(scope, construct_id)
        self._bucket, self._key = environment.bucket_name("processed"), key
        self.database_name = environment.database_name
        self._database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=Aws.ACCOUNT_ID,
            database_input=glue.CfnDatabase.DatabaseInputProperty(
                name=self.database_name, description="Reviews of all files, without customers' names"
            ),
        )
        for table in TABLES:
            self._add(self._describe_table(table))
        for view in VIEWS:
            self._add(self._describe_view(view))
        self.workgroup_name = environment.resource_name()
        self._build_workgroup()

    def _describe_table(self, table: Table) -> _Input:
        storage = _Storage(
            location=f"s3://{self._bucket}/{table.prefix}/",
            columns=_columns(table.columns),
            input_format=f"{_PARQUET}.MapredParquetInputFormat",
            output_format=f"{_PARQUET}.MapredParquetOutputFormat",
            serde_info=_Serde(serialization_library=f"{_PARQUET}.serde.ParquetHiveSerDe"),
        )
        return _Input(
            name=table.name,
            description=table.description,
            table_type="EXTERNAL_TABLE",
            parameters={"EXTERNAL": "TRUE", "classification": "parquet"},
            storage_descriptor=storage,
            partition_keys=[],  # Athena requires the list
        )

    def _describe_view(self, view: View) -> _Input:
        """Describe a view as Athena does: its definition is JSON in base64, in a comment."""
        definition = {
            "originalSql": view.sql.format(database=self.database_name),
            "catalog": "awsdatacatalog",
            "schema": self.database_name,
            "columns": view.trino_columns,
        }
        encoded = base64.b64encode(json.dumps(definition).encode()).decode()
        return _Input(
            name=view.name,
            description=view.description,
            table_type="VIRTUAL_VIEW",
            parameters={"presto_view": "true", "comment": "Presto View"},
            view_original_text=f"/* Presto View: {encoded} */",
            view_expanded_text="/* Presto View */",
            storage_descriptor=_Storage(
                location="",
                columns=_columns(view.columns),
                serde_info=_Serde(
                    name="-", serialization_library="-"
                ),  # Athena requires names of a view, too
            ),
            partition_keys=[],
        )

    def _add(self, described: _Input) -> None:
        table = glue.CfnTable(
            self,
            "".join(map(str.capitalize, str(described.name).split("_"))),
            catalog_id=Aws.ACCOUNT_ID,
            database_name=self.database_name,
            table_input=described,
        )
        table.add_resource_dependency(self._database)

    def _build_workgroup(self) -> athena.CfnWorkGroup:
        """Build the workgroup; it decides where results are and how much a query may read."""
        results = athena.CfnWorkGroup.ResultConfigurationProperty(
            output_location=f"s3://{self._bucket}/queries/",
            expected_bucket_owner=Aws.ACCOUNT_ID,
            encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(
                encryption_option="SSE_KMS" if self._key else "SSE_S3",
                kms_key=self._key.key_arn if self._key else None,
            ),
        )
        return athena.CfnWorkGroup(
            self,
            "Workgroup",
            name=self.workgroup_name,
            description="Queries on the curated reviews; the results expire after seven days",
            recursive_delete_option=True,  # of the history of queries
            work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
                bytes_scanned_cutoff_per_query=_MAX_SCANNED_BYTES,
                engine_version=athena.CfnWorkGroup.EngineVersionProperty(
                    selected_engine_version="Athena engine version 3"
                ),
                result_configuration=results,
            ),
        )


def _columns(columns: Columns) -> list[glue.CfnTable.ColumnProperty]:
    return [glue.CfnTable.ColumnProperty(name=name, type=kind) for name, kind in columns.items()]
