"""The kind of text a legacy system blurts out when it falls over. A good client shows none of it to anybody."""


def stack_text(number: str, *, component: str) -> str:
    """A trace with the subscriber's number in it."""
    return (
        f"java.lang.NullPointerException: no context for subscriber {number}\n"
        f"\tat com.legacy.{component}.Dispatcher.invoke(Dispatcher.java:417)\n"
        f"\tat com.legacy.{component}.SubscriberCache.load(SubscriberCache.java:88) [msisdn={number}]\n"
        "Caused by: ORA-01555: snapshot too old"
    )
