using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests;

/// <summary>Time whose wall clock somebody sets back, as on a machine whose battery was empty; what is measured goes on.</summary>
internal sealed class SetBackTimeProvider : FakeTimeProvider
{
    private TimeSpan back;

    public void SetBack(TimeSpan by) => back += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - back;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;
}
