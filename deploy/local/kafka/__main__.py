"""`make kafka`: in the foreground until Ctrl-C. Variables: DATA_DIR, PORT, NODES (see `options.py`)."""

import os
import signal
import sys
from time import sleep

from deploy.local import kafka
from deploy.local.options import BadOption, read_options


def main() -> int:
    try:
        options = read_options(os.environ)
        cluster = kafka.start_cluster(options.data_dir / "kafka", options.kafka_port, options.kafka_nodes)
    except (BadOption, kafka.KafkaUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    servers = cluster.bootstrap_servers
    print(f"Kafka: {servers} (KAFKA_BOOTSTRAP_SERVERS={servers}). Ctrl-C stops it.", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while any(broker.is_running() for broker in cluster.brokers.values()):
            sleep(0.2)
    except KeyboardInterrupt:
        cluster.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
