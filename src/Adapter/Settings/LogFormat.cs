namespace Bridge.Adapter.Settings;

internal enum LogFormat
{
    /// <summary>One line per event, for people and for journald.</summary>
    Text,

    /// <summary>One JSON object per line.</summary>
    Json,
}
