namespace Bridge.Soak.Faults;

/// <summary>All faults, drawn by their weights.</summary>
internal sealed class FaultDeck(IReadOnlyList<Fault> faults)
{
    public Task Aftermath => Task.WhenAll(faults.Select(fault => fault.Aftermath));

    public Fault Draw(Random random)
    {
        var dice = random.Next(faults.Sum(fault => fault.Weight));
        foreach (var fault in faults)
        {
            if ((dice -= fault.Weight) < 0)
                return fault;
        }

        throw new InvalidOperationException("The weights have changed while a fault was drawn.");
    }
}
