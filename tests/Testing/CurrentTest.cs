namespace Bridge.Testing;

internal static class CurrentTest
{
    /// <summary>Cancelled when the test passes its deadline or the run is stopped.</summary>
    internal static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
