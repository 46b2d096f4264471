namespace Bridge.HostileRequests.Wire;

/// <summary>What came back.</summary>
/// <param name="Status">0: the connection was closed without an answer; -1: nothing came within the bound.</param>
internal sealed record Answer(int Status, string Body)
{
    public static readonly Answer Closed = new(0, "");
    public static readonly Answer Missing = new(-1, "");
}
