using Bridge.Engine.Tests.Hosts;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>The base of tests that kill daemons: afterwards daemons run and plugins work again.</summary>
public abstract class CrashTest : EngineTest
{
    protected CrashTest(FragileChainHost engine)
        : base(engine) => Chain = engine;

    protected FragileChainHost Chain { get; }

    /// <summary>A bound for work in the background.</summary>
    protected static readonly TimeSpan BackgroundPatience = TimeSpan.FromSeconds(60);

    public override async ValueTask DisposeAsync()
    {
        Chain.Work();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
