using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests;

/// <summary>Time whose wall clock somebody sets back, as on a machine whose battery was empty; what is measured goes on.</summary>
internal sealed class SetBackTimeProvider : FakeTimeProvider
{
    private TimeSpan _back;

    public void SetBack(TimeSpan by) => _back += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - _back;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;
}
