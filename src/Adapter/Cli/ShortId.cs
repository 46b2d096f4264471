namespace Bridge.Adapter.Cli;

internal static class ShortId
{
    private const int Full = 64;
    private const int Shown = 12;

    /// <summary>As many digits of an id as Docker shows; anything else as it is.</summary>
    public static string Of(string id) => id.Length == Full ? id[..Shown] : id;
}
