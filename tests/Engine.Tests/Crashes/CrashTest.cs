using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts.Commands;

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
        foreach (var daemon in (Daemon[])[Host.Bridge, Host.Dockerd])
        {
            if (!daemon.IsRunning)
            {
                await daemon.StartAsync(CancellationToken.None);
            }
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
