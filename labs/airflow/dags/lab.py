"""The lab's DAGs: one that works, one that fails, one that needs a retry, one that is slow, and one
whose id has a dot and a dash and whose tasks sit in a task group."""

import time
from datetime import datetime, timedelta

try:  # Airflow 3
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.providers.standard.operators.python import PythonOperator
    from airflow.sdk import DAG, TaskGroup
    from airflow.sdk.exceptions import AirflowException
except ImportError:
    from airflow import DAG
    from airflow.exceptions import AirflowException
    from airflow.operators.empty import EmptyOperator
    from airflow.operators.python import PythonOperator
    from airflow.utils.task_group import TaskGroup

START = datetime(2024, 1, 1)
EVERY = timedelta(seconds=30)


def fail():
    raise AirflowException("the lab wants this task to fail")


def fail_once(ti):
    if ti.try_number == 1:
        raise AirflowException("the lab wants the first try to fail")


def dag(dag_id, **settings):
    return DAG(
        dag_id,
        schedule=EVERY,
        start_date=START,
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        **settings,
    )


with dag("lab_success"):
    extract = PythonOperator(task_id="extract", python_callable=lambda: time.sleep(0.2))
    load = PythonOperator(task_id="load", python_callable=lambda: time.sleep(0.1))
    extract >> load

with dag("lab_failure"):
    extract = PythonOperator(task_id="extract", python_callable=lambda: None)
    load = PythonOperator(task_id="load", python_callable=fail)
    notify = EmptyOperator(task_id="notify")
    extract >> load >> notify

with dag("lab_retry"):
    PythonOperator(
        task_id="flaky", python_callable=fail_once, retries=2, retry_delay=timedelta(seconds=3)
    )

with dag("lab_slow"):
    PythonOperator(task_id="crunch", python_callable=lambda: time.sleep(20))

with dag("team.reports-daily"):
    with TaskGroup("build"):
        PythonOperator(task_id="rows", python_callable=lambda: time.sleep(0.1))
