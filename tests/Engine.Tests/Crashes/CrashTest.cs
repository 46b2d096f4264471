using Bridge.Engine.Tests.Hosts;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>What tests that kill daemons have in common: the next test finds them running again, and the plugins sound.</summary>
public abstract class CrashTest : EngineTest
{
    protected CrashTest(FragileChainHost engine)
        : base(engine) => Chain = engine;

    protected FragileChainHost Chain { get; }

    /// <summary>What works in the background may take its time.</summary>
    protected static readonly TimeSpan BackgroundPatience = TimeSpan.FromSeconds(60);

    public override async ValueTask DisposeAsync()
    {
        Chain.Work();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
