"""What all tables of the service stand in."""

import sqlalchemy as sa

from chassis.messaging import MessagingTables

metadata = sa.MetaData()
messaging = MessagingTables(metadata)
